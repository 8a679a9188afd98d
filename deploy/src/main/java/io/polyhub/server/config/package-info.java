/**
 * The server's configuration: one YAML file and the environment, read into records that validate.
 */
@NullMarked
package io.polyhub.server.config;

import org.jspecify.annotations.NullMarked;
