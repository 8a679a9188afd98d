package io.polyhub.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.polyhub.identity.Credentials;
import io.polyhub.mqtt.packet.Utf8;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The one method of enhanced authentication (section 4.12): its data is a JWT. Pure. */
final class TokenAuthentication {

  /** The name of the method. */
  static final String METHOD = "jwt";

  private TokenAuthentication() {}

  /** Returns the token that these bytes are; null if they can be none. */
  static @Nullable Credentials token(byte @Nullable [] bytes) {
    if (bytes == null || bytes.length == 0 || bytes.length > Credentials.Token.MAX_LENGTH) {
      return null;
    }
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    return Utf8.isWellFormed(in, 0, bytes.length)
        ? new Credentials.Token(new String(bytes, StandardCharsets.UTF_8))
        : null;
  }
}
