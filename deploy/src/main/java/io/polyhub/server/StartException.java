package io.polyhub.server;

import io.polyhub.files.UnusableFileException;
import java.net.BindException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The server cannot start. The message is one sentence for the operator. */
public final class StartException extends Exception {

  private static final long serialVersionUID = 1L;

  StartException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * A door cannot listen.
   *
   * @param name what the door is called
   * @param address where it was to listen
   * @param keys the keys that say so
   */
  static StartException ofDoor(String name, String address, String keys, Throwable cause) {
    if (cause instanceof UnusableFileException unusable) {
      return new StartException(
          "The "
              + name
              + " door cannot use its TLS files: "
              + unusable.getMessage()
              + " (keys: tls, "
              + keys.substring(0, keys.indexOf('.'))
              + ".tls).",
          cause);
    }
    return new StartException(
        "The "
            + name
            + " door cannot listen on "
            + address
            + ": "
            + reason(cause)
            + " (keys: "
            + keys
            + ").",
        cause);
  }

  private static String reason(Throwable cause) {
    for (@Nullable Throwable each = cause; each != null; each = each.getCause()) {
      String text = String.valueOf(each.getMessage());
      if (each instanceof BindException
          || each instanceof SocketException
          || each.getClass().getName().contains("NativeIoException")) {
        if (text.contains("Address already in use")) {
          return "another program has that port";
        }
        if (text.contains("Permission denied")) {
          return "ports below 1024 need a permission that this process does not have";
        }
        return "this machine has no such address";
      }
      if (each instanceof UnknownHostException) {
        return "this machine has no such address";
      }
      if (each instanceof SSLException || each instanceof GeneralSecurityException) {
        return "its TLS files cannot be used";
      }
    }
    return String.valueOf(cause.getMessage());
  }
}
