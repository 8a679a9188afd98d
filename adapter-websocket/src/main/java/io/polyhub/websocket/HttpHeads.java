package io.polyhub.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads what comes before a request's body. Pure; any thread. */
final class HttpHeads {

  private static final Pattern HOST = Pattern.compile("[^\\s/@]+");

  private HttpHeads() {}

  /** The path, decoded, without the query; empty if it cannot be decoded. */
  static String path(HttpRequest head) {
    try {
      return new QueryStringDecoder(head.uri(), StandardCharsets.UTF_8).path();
    } catch (IllegalArgumentException malformedEscape) {
      return "";
    }
  }

  /** The query's parameters, of a repeated one the first; none if they cannot be decoded. */
  static Map<String, String> query(HttpRequest head) {
    try {
      return firstValues(new QueryStringDecoder(head.uri(), StandardCharsets.UTF_8).parameters());
    } catch (IllegalArgumentException malformedEscape) {
      return Map.of();
    }
  }

  static Map<String, String> firstValues(Map<String, List<String>> parameters) {
    Map<String, String> first = new HashMap<>();
    parameters.forEach((name, values) -> first.put(name, values.getFirst()));
    return first;
  }

  /** Whether there is one host, and one that can be a host (RFC 9112 section 3.2). */
  static boolean hasHost(HttpHeaders headers) {
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    return hosts.size() == 1 && HOST.matcher(hosts.getFirst()).matches();
  }
}
