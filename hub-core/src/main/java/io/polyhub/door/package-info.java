/**
 * What a way in for clients owes the server that runs it. Knows no transport: each adapter's main
 * class is a {@link io.polyhub.door.Door}, and the server handles all of them alike.
 */
@NullMarked
package io.polyhub.door;

import org.jspecify.annotations.NullMarked;
