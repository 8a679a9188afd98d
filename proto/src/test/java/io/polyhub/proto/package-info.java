/** What holds for every contract, checked on the compiled contracts themselves. */
@NullMarked
package io.polyhub.proto;

import org.jspecify.annotations.NullMarked;
