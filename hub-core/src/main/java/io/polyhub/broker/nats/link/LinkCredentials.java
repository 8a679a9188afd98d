package io.polyhub.broker.nats.link;

import java.nio.file.Path;

/** Who this node is to NATS. No text of it holds a secret. */
public sealed interface LinkCredentials {

  /** NATS asks for nothing. */
  record None() implements LinkCredentials {}

  /** A name and a password. */
  record UserPassword(String user, String password) implements LinkCredentials {
    @Override
    public String toString() {
      return "UserPassword[user=" + user + "]";
    }
  }

  /** A name, and a file that holds its password; read at each connect. */
  record PasswordFile(String user, Path path) implements LinkCredentials {}

  /** A token that all share. */
  record Token(String token) implements LinkCredentials {
    @Override
    public String toString() {
      return "Token[]";
    }
  }

  /** A file that holds the token that all share; read at each connect. */
  record TokenFile(Path path) implements LinkCredentials {}

  /** A file with a user's JWT and seed, as NATS' own tools write it; read at each connect. */
  record CredsFile(Path path) implements LinkCredentials {}

  /** A file with the seed of an nkey; read at each connect. */
  record NkeySeedFile(Path path) implements LinkCredentials {}
}
