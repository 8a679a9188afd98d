package io.polyhub.websocket;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import io.polyhub.websocket.CentrifugeCodec.MalformedCommandException;
import java.io.IOException;
import java.math.BigInteger;

/**
 * Walks the members of JSON objects in one range of bytes. Every value is checked for its type; one
 * of another type is refused. Not thread-safe.
 */
final class JsonMembers {

  private final byte[] bytes;

  /** From where the parser counts its offsets. */
  private final int base;

  private final JsonParser parser;

  JsonMembers(byte[] bytes, int base, JsonParser parser) {
    this.bytes = bytes;
    this.base = base;
    this.parser = parser;
  }

  /** The name of the member whose value is next. */
  String name() throws IOException {
    return parser.currentName();
  }

  /** Passes over a value, whatever it is. */
  void skip() throws IOException {
    parser.skipChildren();
  }

  /** Goes to the value of the next member that is not null; false at the object's end. */
  boolean next() throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      if (parser.nextToken() != JsonToken.VALUE_NULL) {
        return true;
      }
    }
    return false;
  }

  /** Begins to walk the object that the value must be. */
  void enterObject() throws MalformedCommandException {
    expect(JsonToken.START_OBJECT);
  }

  /** Passes over the object that the value must be. */
  void skipObject() throws IOException, MalformedCommandException {
    enterObject();
    parser.skipChildren();
  }

  String text() throws IOException, MalformedCommandException {
    expect(JsonToken.VALUE_STRING);
    return parser.getText();
  }

  boolean flag() throws MalformedCommandException {
    if (parser.currentToken() == JsonToken.VALUE_FALSE) {
      return false;
    }
    expect(JsonToken.VALUE_TRUE);
    return true;
  }

  long integer(long lowest, long highest) throws IOException, MalformedCommandException {
    expect(JsonToken.VALUE_NUMBER_INT);
    long value = parser.getLongValue();
    if (value < lowest || value > highest) {
      throw new MalformedCommandException("a number is out of range");
    }
    return value;
  }

  /** All 64 bits of the result count as value. */
  long unsigned() throws IOException, MalformedCommandException {
    expect(JsonToken.VALUE_NUMBER_INT);
    if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return integer(0, Long.MAX_VALUE);
    }
    BigInteger value = parser.getBigIntegerValue();
    if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
      throw new MalformedCommandException("a number is out of range");
    }
    return value.longValue();
  }

  /** The value as it stands, whatever it is. */
  ByteString raw() throws IOException {
    int start = base + (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    int end = base + (int) parser.currentLocation().getByteOffset();
    return ByteString.copyFrom(bytes, start, end - start);
  }

  private void expect(JsonToken token) throws MalformedCommandException {
    if (parser.currentToken() != token) {
      throw new MalformedCommandException("a value is of another type");
    }
  }
}
