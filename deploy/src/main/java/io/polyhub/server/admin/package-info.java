/**
 * The port for operators: health, readiness, metrics, and what they may do with sessions. Knows the
 * hub, and nothing of how the server is put together.
 */
@NullMarked
package io.polyhub.server.admin;

import org.jspecify.annotations.NullMarked;
