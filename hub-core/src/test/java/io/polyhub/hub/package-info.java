@NullMarked
package io.polyhub.hub;

import org.jspecify.annotations.NullMarked;
