/** What came out, as values, and how it is shown: on the terminal, in JSON, as a page. */
@NullMarked
package io.polyhub.bench.report;

import org.jspecify.annotations.NullMarked;
