package io.polyhub.hub.nodes;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The open sessions of this node. Thread-safe. */
public interface NodeSessions {

  /** The session of that id, or null if there is none. */
  @Nullable NodeSession find(String id);

  /** The sessions of a user; looks at every session. */
  List<? extends NodeSession> ofUser(String name);

  List<? extends NodeSession> all();
}
