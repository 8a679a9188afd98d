package io.polyhub.websocket;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the route for a path. Immutable; any thread. */
final class HttpRoutes {

  private final Map<String, HttpRoute> byPath;

  HttpRoutes(List<HttpRoute> routes) {
    Map<String, HttpRoute> paths = new HashMap<>();
    for (HttpRoute route : routes) {
      if (paths.put(route.path(), route) != null) {
        throw new IllegalArgumentException(
            "path: " + route.path() + " (expected: one route for each path)");
      }
    }
    byPath = Map.copyOf(paths);
  }

  /** The route that the path itself, or its longest beginning up to a slash, is given to. */
  @Nullable HttpRoute find(String path) {
    HttpRoute exact = byPath.get(path);
    int slash = path.length();
    while (exact == null && slash > 0) {
      slash = path.lastIndexOf('/', slash - 1);
      if (slash >= 0) {
        exact = byPath.get(path.substring(0, slash + 1));
      }
    }
    return exact;
  }
}
