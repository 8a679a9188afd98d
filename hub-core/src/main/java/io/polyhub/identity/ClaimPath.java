package io.polyhub.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where in a token's claims a value stands: a member's name, or the names that lead to it through
 * objects.
 *
 * @param names from the outermost member inwards
 */
public record ClaimPath(List<String> names) {

  /** The most names of a path. */
  public static final int MAX_NAMES = 8;

  /** The longest text of a path. */
  public static final int MAX_LENGTH = 256;

  public ClaimPath {
    names = List.copyOf(names);
    if (names.isEmpty() || names.size() > MAX_NAMES || names.contains("")) {
      throw new IllegalArgumentException(
          "names: " + names + " (expected: 1 to " + MAX_NAMES + ", none empty)");
    }
  }

  /** The member of that name. */
  public static ClaimPath of(String name) {
    return new ClaimPath(List.of(name));
  }

  /**
   * Reads a path as operators write it: {@code realm_access.roles}. A dot within a name is written
   * {@code \.}; a text that begins with {@code http://} or {@code https://}, as providers name
   * claims of a site's own, is one name as it stands. Nothing if it is no path.
   */
  public static Optional<ClaimPath> parse(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    if (text.startsWith("https://") || text.startsWith("http://")) {
      return Optional.of(of(text));
    }
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '.') {
        name.append('.');
        i++;
      } else if (c == '.') {
        names.add(name.toString());
        name.setLength(0);
      } else {
        name.append(c);
      }
    }
    names.add(name.toString());
    return names.contains("") || names.size() > MAX_NAMES
        ? Optional.empty()
        : Optional.of(new ClaimPath(names));
  }

  /** The path as operators write it. */
  public String text() {
    String first = names.getFirst();
    if (names.size() == 1 && (first.startsWith("https://") || first.startsWith("http://"))) {
      return first;
    }
    return String.join(".", names.stream().map(name -> name.replace(".", "\\.")).toList());
  }
}
