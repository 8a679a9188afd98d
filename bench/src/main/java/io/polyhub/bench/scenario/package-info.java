/** What is asked: each scenario starts its targets, loads them and tells what it found. */
@NullMarked
package io.polyhub.bench.scenario;

import org.jspecify.annotations.NullMarked;
