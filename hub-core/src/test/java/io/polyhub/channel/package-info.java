@NullMarked
package io.polyhub.channel;

import org.jspecify.annotations.NullMarked;
