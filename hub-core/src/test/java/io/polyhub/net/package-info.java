@NullMarked
package io.polyhub.net;

import org.jspecify.annotations.NullMarked;
