package io.polyhub.files;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One block of a text in PEM (RFC 7468).
 *
 * @param label what it is, such as {@code CERTIFICATE}
 * @param body what stands between the lines that begin and end it
 */
record Pem(String label, String body) {

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  /** The blocks of a text, in order. What stands between them is explanation. */
  static List<Pem> blocks(String text) {
    List<Pem> blocks = new ArrayList<>();
    Matcher found = BLOCK.matcher(text);
    while (found.find()) {
      blocks.add(new Pem(found.group(1), found.group(2)));
    }
    return blocks;
  }

  /** Whether the body is encrypted in the way of RFC 1421, which older tools write. */
  boolean isEncrypted() {
    return body.contains("Proc-Type: 4,ENCRYPTED");
  }

  /**
   * The bytes.
   *
   * @throws IllegalArgumentException if the body is not base64
   */
  byte[] der() {
    return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
  }

  @Override
  public String toString() {
    return "Pem[" + label + "]";
  }
}
