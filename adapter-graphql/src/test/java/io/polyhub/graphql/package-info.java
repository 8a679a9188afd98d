/** Tests of the GraphQL door. */
@NullMarked
package io.polyhub.graphql;

import org.jspecify.annotations.NullMarked;
