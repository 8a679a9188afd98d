/**
 * Starts and ends a server: broker, hub, doors and admin port, wired from a configuration. The
 * command line is above it, its admin port and its configuration are below.
 */
@NullMarked
package io.polyhub.server;

import org.jspecify.annotations.NullMarked;
