/** The broker seam: what the hub asks of the engine that stores and carries publications. */
@NullMarked
package io.polyhub.broker;

import org.jspecify.annotations.NullMarked;
