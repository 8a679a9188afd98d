/**
 * What lies in files beside the configuration: keys, certificates, secrets, and how they change.
 */
@NullMarked
package io.polyhub.files;

import org.jspecify.annotations.NullMarked;
