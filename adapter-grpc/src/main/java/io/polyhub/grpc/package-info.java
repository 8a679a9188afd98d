/** The gRPC door. */
@NullMarked
package io.polyhub.grpc;

import org.jspecify.annotations.NullMarked;
