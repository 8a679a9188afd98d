package io.polyhub.identity;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a token says, as {@code docs/identity.md} describes it. Whether it may be believed is for
 * the authenticator to tell. Built from {@link #of} with the {@code with…} methods.
 *
 * @param user {@code sub}; empty if the token names nobody
 * @param channel {@code channel}: if not null, the token is for this channel alone
 * @param issuer {@code iss}, or null
 * @param audience {@code aud}; empty for none
 * @param issuedAt {@code iat}, or null
 * @param notBefore {@code nbf}, or null
 * @param expiresAt {@code exp}: until when the token may be shown, or null for ever
 * @param leaveEnds {@code expire_at}: until when what the token gives holds, if that differs from
 *     {@code exp}; {@link Instant#MAX} for ever; null if it does not differ
 * @param info {@code info} or {@code b64info}, or null
 * @param channels {@code channels}
 * @param grants {@code grants}
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared by reference and never changed
public record TokenClaims(
    String user,
    @Nullable String channel,
    @Nullable String issuer,
    List<String> audience,
    @Nullable Instant issuedAt,
    @Nullable Instant notBefore,
    @Nullable Instant expiresAt,
    @Nullable Instant leaveEnds,
    byte @Nullable [] info,
    List<String> channels,
    List<Grant> grants) {

  /** The most entries of {@code aud}. */
  public static final int MAX_AUDIENCES = 32;

  /** The most channels. */
  public static final int MAX_CHANNELS = 128;

  /** The most grants. */
  public static final int MAX_GRANTS = 64;

  /** The most filters in all grants. */
  public static final int MAX_FILTERS = 256;

  /** The most bytes of information about the user. */
  public static final int MAX_INFO_BYTES = 4 * 1024;

  public TokenClaims {
    audience = List.copyOf(audience);
    channels = List.copyOf(channels);
    grants = List.copyOf(grants);
  }

  /** A token that names a user and says nothing else. */
  public static TokenClaims of(String user) {
    return new TokenClaims(
        user, null, null, List.of(), null, null, null, null, null, List.of(), List.of());
  }

  /** Until when what the token gives holds, or null for ever. */
  public @Nullable Instant end() {
    if (leaveEnds == null) {
      return expiresAt;
    }
    return leaveEnds.equals(Instant.MAX) ? null : leaveEnds;
  }

  public TokenClaims withUser(String value) {
    return new TokenClaims(
        value, channel, issuer, audience, issuedAt, notBefore, expiresAt, leaveEnds, info, channels,
        grants);
  }

  public TokenClaims withChannel(@Nullable String value) {
    return new TokenClaims(
        user, value, issuer, audience, issuedAt, notBefore, expiresAt, leaveEnds, info, channels,
        grants);
  }

  public TokenClaims withIssuer(@Nullable String value) {
    return new TokenClaims(
        user, channel, value, audience, issuedAt, notBefore, expiresAt, leaveEnds, info, channels,
        grants);
  }

  public TokenClaims withAudience(List<String> value) {
    return new TokenClaims(
        user, channel, issuer, value, issuedAt, notBefore, expiresAt, leaveEnds, info, channels,
        grants);
  }

  public TokenClaims withIssuedAt(@Nullable Instant value) {
    return new TokenClaims(
        user, channel, issuer, audience, value, notBefore, expiresAt, leaveEnds, info, channels,
        grants);
  }

  public TokenClaims withNotBefore(@Nullable Instant value) {
    return new TokenClaims(
        user, channel, issuer, audience, issuedAt, value, expiresAt, leaveEnds, info, channels,
        grants);
  }

  public TokenClaims withExpiresAt(@Nullable Instant value) {
    return new TokenClaims(
        user, channel, issuer, audience, issuedAt, notBefore, value, leaveEnds, info, channels,
        grants);
  }

  public TokenClaims withLeaveEnds(@Nullable Instant value) {
    return new TokenClaims(
        user, channel, issuer, audience, issuedAt, notBefore, expiresAt, value, info, channels,
        grants);
  }

  public TokenClaims withInfo(byte @Nullable [] value) {
    return new TokenClaims(
        user, channel, issuer, audience, issuedAt, notBefore, expiresAt, leaveEnds, value, channels,
        grants);
  }

  public TokenClaims withChannels(List<String> value) {
    return new TokenClaims(
        user, channel, issuer, audience, issuedAt, notBefore, expiresAt, leaveEnds, info, value,
        grants);
  }

  public TokenClaims withGrants(List<Grant> value) {
    return new TokenClaims(
        user, channel, issuer, audience, issuedAt, notBefore, expiresAt, leaveEnds, info, channels,
        value);
  }
}
