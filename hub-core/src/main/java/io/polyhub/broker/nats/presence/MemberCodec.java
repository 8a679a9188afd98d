package io.polyhub.broker.nats.presence;

import com.google.protobuf.ByteString;
import io.polyhub.channel.Member;
import org.jspecify.annotations.Nullable;

/** Members as nodes tell each other of them. Pure. */
final class MemberCodec {

  private MemberCodec() {}

  static io.polyhub.proto.envelope.v1.Member encode(Member member) {
    io.polyhub.proto.envelope.v1.Member.Builder encoded =
        io.polyhub.proto.envelope.v1.Member.newBuilder()
            .setSessionId(member.session())
            .setUser(member.user())
            .setDoor(member.door());
    byte[] info = member.info();
    if (info != null) {
      encoded.setInfo(ByteString.copyFrom(info));
    }
    byte[] channelInfo = member.channelInfo();
    if (channelInfo != null) {
      encoded.setChannelInfo(ByteString.copyFrom(channelInfo));
    }
    return encoded.build();
  }

  static Member decode(io.polyhub.proto.envelope.v1.Member member) {
    return new Member(
        member.getSessionId(),
        member.getUser(),
        member.getDoor(),
        bytes(member.getInfo()),
        bytes(member.getChannelInfo()));
  }

  private static byte @Nullable [] bytes(ByteString bytes) {
    return bytes.isEmpty() ? null : bytes.toByteArray();
  }
}
