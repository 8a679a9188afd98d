package io.polyhub.identity;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How tokens of an identity provider, which does not know the hub's grants, become grants.
 *
 * @param user where the user's name stands
 * @param roles where the names of roles stand, each a list of texts or one text with blanks between
 *     names
 * @param grants what each role gives. Roles that are not named here give nothing.
 */
public record ClaimMapping(ClaimPath user, List<ClaimPath> roles, Map<String, List<Grant>> grants) {

  /** The most places for roles. */
  public static final int MAX_ROLE_PATHS = 8;

  /** The most roles that give something. */
  public static final int MAX_ROLES = 256;

  /** The longest name of a role. */
  public static final int MAX_ROLE_LENGTH = 256;

  /** Claims that have a meaning of their own. */
  private static final Set<String> TAKEN =
      Set.of(
          "channel",
          "iss",
          "aud",
          "iat",
          "nbf",
          "exp",
          "expire_at",
          "info",
          "b64info",
          "channels",
          "grants",
          "client");

  /** As the hub's own tokens say it: {@code sub} is the user, and there are no roles. */
  public static final ClaimMapping STANDARD =
      new ClaimMapping(ClaimPath.of("sub"), List.of(), Map.of());

  public ClaimMapping {
    roles = List.copyOf(roles);
    grants = Map.copyOf(grants);
    require(
        !TAKEN.contains(user.names().getFirst()), "user", user.text(), "no claim of the hub's own");
    require(roles.size() <= MAX_ROLE_PATHS, "roles", roles.size(), "at most " + MAX_ROLE_PATHS);
    Set<ClaimPath> seen = new HashSet<>(Set.of(user));
    for (ClaimPath path : roles) {
      String first = path.names().getFirst();
      require(
          !TAKEN.contains(first) && !first.equals("sub"),
          "roles",
          path.text(),
          "no claim of the hub's own");
      require(seen.add(path), "roles", path.text(), "each once, and not the user's");
    }
    for (String role : grants.keySet()) {
      require(
          !role.isEmpty() && role.length() <= MAX_ROLE_LENGTH,
          "grants",
          role,
          "names of 1 to " + MAX_ROLE_LENGTH + " characters");
    }
    require(grants.size() <= MAX_ROLES, "grants", grants.size(), "at most " + MAX_ROLES);
  }

  private static void require(boolean holds, String what, Object found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(what + ": " + found + " (expected: " + expected + ")");
    }
  }
}
