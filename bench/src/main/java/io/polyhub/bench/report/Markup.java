package io.polyhub.bench.report;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;

/**
 * Writes markup that is both XML and HTML: each element that is opened is closed, and each text and
 * attribute is escaped. It is not for several threads.
 */
final class Markup {

  /** HTML, section 13.1.2: these have no end tag. */
  private static final Set<String> VOID = Set.of("br", "meta");

  private final StringBuilder written = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();
  private boolean inStartTag;

  /** Opens an element. */
  Markup open(String element) {
    endStartTag();
    written.append('<').append(element);
    open.push(element);
    inStartTag = true;
    return this;
  }

  /** Opens an element of a class of the style sheet. */
  Markup open(String element, String styleClass) {
    return open(element).with("class", styleClass);
  }

  /**
   * Gives the element that was just opened an attribute.
   *
   * @throws IllegalStateException if something is in that element already
   */
  Markup with(String attribute, String value) {
    if (!inStartTag) {
      throw new IllegalStateException("attribute " + attribute + " is after the start tag");
    }
    written.append(' ').append(attribute).append("=\"");
    escape(value);
    written.append('"');
    return this;
  }

  /** Gives the element that was just opened an attribute with a length or a place. */
  Markup with(String attribute, double value) {
    return with(attribute, number(value));
  }

  /** Closes the element that was opened last. */
  Markup close() {
    if (VOID.contains(open.getFirst())) {
      inStartTag = false;
      written.append("/>");
      open.pop();
    } else {
      endStartTag();
      written.append("</").append(open.pop()).append('>');
    }
    return this;
  }

  /** Closes the element that was opened last, and ends the line. */
  Markup closeLine() {
    close();
    written.append('\n');
    return this;
  }

  /** An element that holds a text. */
  Markup element(String element, String text) {
    return open(element).text(text).close();
  }

  /** An element of a class of the style sheet that holds a text. */
  Markup element(String element, String styleClass, String text) {
    return open(element, styleClass).text(text).close();
  }

  Markup text(String text) {
    endStartTag();
    escape(text);
    return this;
  }

  /** Adds text of ours that must not be escaped, such as a style sheet. */
  Markup verbatim(String text) {
    endStartTag();
    written.append(text);
    return this;
  }

  /** A length or a place, as SVG writes it. */
  static String number(double value) {
    double rounded = Math.round(value * 10) / 10.0;
    return rounded == Math.rint(rounded)
        ? Long.toString((long) rounded)
        : String.format(Locale.ROOT, "%.1f", rounded);
  }

  /**
   * What was written.
   *
   * @throws IllegalStateException if an element is still open
   */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("open elements: " + open);
    }
    return written.toString();
  }

  private void endStartTag() {
    if (inStartTag) {
      written.append('>');
      inStartTag = false;
    }
  }

  private void escape(String text) {
    text.codePoints()
        .forEach(character -> {
          switch (character) {
            case '<' -> written.append("&lt;");
            case '>' -> written.append("&gt;");
            case '&' -> written.append("&amp;");
            case '"' -> written.append("&quot;");
            default -> written.appendCodePoint(isAllowed(character) ? character : 0xFFFD);
          }
        });
  }

  /** XML 1.0, section 2.2: there are characters that cannot be written in any way. */
  private static boolean isAllowed(int character) {
    return character == '\t'
        || character == '\n'
        || character == '\r'
        || (character >= 0x20 && character <= 0xD7FF)
        || (character >= 0xE000 && character <= 0xFFFD)
        || character >= 0x10000;
  }
}
