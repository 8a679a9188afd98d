/** The runnable server: its configuration, and the wiring of hub, broker and doors. */
@NullMarked
package io.polyhub.server;

import org.jspecify.annotations.NullMarked;
