@NullMarked
package io.polyhub.server.cli;

import org.jspecify.annotations.NullMarked;
