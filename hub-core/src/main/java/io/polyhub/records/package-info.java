/** Small durable records that adapters keep beside the logs. */
@NullMarked
package io.polyhub.records;

import org.jspecify.annotations.NullMarked;
