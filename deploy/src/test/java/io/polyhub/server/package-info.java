@NullMarked
package io.polyhub.server;

import org.jspecify.annotations.NullMarked;
