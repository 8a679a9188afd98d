@NullMarked
package io.polyhub.server.config;

import org.jspecify.annotations.NullMarked;
