@NullMarked
package io.polyhub.websocket;

import org.jspecify.annotations.NullMarked;
