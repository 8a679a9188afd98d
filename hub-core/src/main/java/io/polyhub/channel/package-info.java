/** Channels, filters, publications, cursors and the rules that govern them. */
@NullMarked
package io.polyhub.channel;

import org.jspecify.annotations.NullMarked;
