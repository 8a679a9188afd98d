/** What the ports that browsers reach have in common. */
@NullMarked
package io.polyhub.web;

import org.jspecify.annotations.NullMarked;
