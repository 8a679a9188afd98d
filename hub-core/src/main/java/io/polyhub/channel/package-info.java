/**
 * The words of the hub: channels, filters, publications, cursors and rules. Values only; nothing
 * here starts a thread, touches a disk or knows a protocol.
 */
@NullMarked
package io.polyhub.channel;

import org.jspecify.annotations.NullMarked;
