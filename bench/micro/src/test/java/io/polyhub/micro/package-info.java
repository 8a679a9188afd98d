@NullMarked
package io.polyhub.micro;

import org.jspecify.annotations.NullMarked;
