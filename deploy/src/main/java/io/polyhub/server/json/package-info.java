/** Values as JSON in one line, for whatever prints them. */
@NullMarked
package io.polyhub.server.json;

import org.jspecify.annotations.NullMarked;
