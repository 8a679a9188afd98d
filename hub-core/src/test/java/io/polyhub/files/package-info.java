@NullMarked
package io.polyhub.files;

import org.jspecify.annotations.NullMarked;
