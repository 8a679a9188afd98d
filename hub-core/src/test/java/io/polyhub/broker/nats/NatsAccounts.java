package io.polyhub.broker.nats;

import io.nats.client.NKey;
import io.nats.client.support.JsonSerializable;
import io.nats.client.support.JwtUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * Fresh accounts in NATS' decentralised way: an operator, who vouches for an account, which vouches
 * for a user.
 *
 * @param settings with which a server knows of them
 * @param creds the file that says who the user is
 */
record NatsAccounts(String settings, Path creds) {

  private static final String UNBOUNDED =
      """
      {"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"wildcards":true,"conn":-1,\
      "leaf":-1,"mem_storage":-1,"disk_storage":-1,"streams":-1,"consumer":-1}\
      """;

  static NatsAccounts create(Path folder) throws IOException, GeneralSecurityException {
    NKey operator = NKey.createOperator(null);
    NKey system = NKey.createAccount(null);
    NKey account = NKey.createAccount(null);
    NKey user = NKey.createUser(null);
    String settings =
        """
        operator: %s
        system_account: %s
        resolver: MEMORY
        resolver_preload: { %s: %s, %s: %s }
        max_payload: 2MB
        """
            .formatted(
                jwt(operator, operator, "operator", "{\"type\":\"operator\",\"version\":2}"),
                name(system),
                name(system),
                jwt(operator, system, "system", "{\"type\":\"account\",\"version\":2}"),
                name(account),
                jwt(
                    operator,
                    account,
                    "hubs",
                    "{\"limits\":" + UNBOUNDED + ",\"type\":\"account\",\"version\":2}"));
    String userJwt = JwtUtils.issueUserJWT(account, name(account), name(user), "hub");
    Path creds = folder.resolve("hub.creds");
    Files.writeString(
        creds, JwtUtils.NATS_USER_JWT_FORMAT.formatted(userJwt, new String(user.getSeed())));
    return new NatsAccounts(settings, creds);
  }

  private static String name(NKey key) throws IOException, GeneralSecurityException {
    return new String(key.getPublicKey());
  }

  private static String jwt(NKey signer, NKey subject, String name, String claims)
      throws IOException, GeneralSecurityException {
    JsonSerializable nats = () -> claims;
    return JwtUtils.issueJWT(
        signer, name(subject), name, null, System.currentTimeMillis() / 1_000, name(signer), nats);
  }
}
