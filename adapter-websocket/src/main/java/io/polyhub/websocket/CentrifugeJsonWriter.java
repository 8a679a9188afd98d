package io.polyhub.websocket;

import io.polyhub.proto.centrifuge.ClientInfo;
import io.polyhub.proto.centrifuge.ConnectResult;
import io.polyhub.proto.centrifuge.HistoryResult;
import io.polyhub.proto.centrifuge.PresenceResult;
import io.polyhub.proto.centrifuge.Publication;
import io.polyhub.proto.centrifuge.Push;
import io.polyhub.proto.centrifuge.Reply;
import io.polyhub.proto.centrifuge.SubscribeResult;
import java.util.List;

/**
 * Writes replies as JSON: what is zero is left out, but for the few members that the protocol's
 * servers always write. Has the messages that this server sends.
 */
final class CentrifugeJsonWriter {

  private static final int ENVELOPE_BYTES = 128;

  private final JsonBytes out;

  private CentrifugeJsonWriter(JsonBytes out) {
    this.out = out;
  }

  /** Writes one reply, without a line end. */
  static byte[] write(Reply reply) {
    JsonBytes out = new JsonBytes(reply.getSerializedSize() + ENVELOPE_BYTES);
    new CentrifugeJsonWriter(out).reply(reply);
    return out.toByteArray();
  }

  /** Writes the push of a reply, bare, or what connecting came to; an empty reply is a ping. */
  static byte[] writePush(Reply reply) {
    JsonBytes out = new JsonBytes(reply.getSerializedSize() + ENVELOPE_BYTES);
    CentrifugeJsonWriter writer = new CentrifugeJsonWriter(out);
    if (reply.hasConnect()) {
      out.open().name("connect");
      writer.connect(reply.getConnect());
      out.close();
    } else {
      writer.push(reply.getPush());
    }
    return out.toByteArray();
  }

  private void reply(Reply reply) {
    out.open().member("id", Integer.toUnsignedLong(reply.getId()));
    if (reply.hasError()) {
      out.name("error")
          .open()
          .member("code", reply.getError().getCode())
          .member("message", reply.getError().getMessage())
          .member("temporary", reply.getError().getTemporary())
          .close();
    }
    if (reply.hasPush()) {
      out.name("push");
      push(reply.getPush());
    }
    if (reply.hasConnect()) {
      out.name("connect");
      connect(reply.getConnect());
    }
    if (reply.hasSubscribe()) {
      out.name("subscribe");
      subscribed(reply.getSubscribe());
    }
    if (reply.hasUnsubscribe()) {
      out.name("unsubscribe").open().close();
    }
    if (reply.hasPublish()) {
      out.name("publish").open().close();
    }
    if (reply.hasPresence()) {
      out.name("presence");
      presence(reply.getPresence());
    }
    if (reply.hasPresenceStats()) {
      out.name("presence_stats")
          .open()
          .name("num_clients")
          .number(Integer.toUnsignedLong(reply.getPresenceStats().getNumClients()))
          .name("num_users")
          .number(Integer.toUnsignedLong(reply.getPresenceStats().getNumUsers()))
          .close();
    }
    if (reply.hasHistory()) {
      out.name("history");
      history(reply.getHistory());
    }
    if (reply.hasRefresh()) {
      out.name("refresh")
          .open()
          .member("expires", reply.getRefresh().getExpires())
          .member("ttl", Integer.toUnsignedLong(reply.getRefresh().getTtl()))
          .close();
    }
    if (reply.hasSubRefresh()) {
      out.name("sub_refresh")
          .open()
          .member("expires", reply.getSubRefresh().getExpires())
          .member("ttl", Integer.toUnsignedLong(reply.getSubRefresh().getTtl()))
          .close();
    }
    out.close();
  }

  private void push(Push push) {
    out.open().member("channel", push.getChannel());
    if (push.hasPub()) {
      out.name("pub");
      publication(push.getPub());
    }
    if (push.hasJoin()) {
      out.name("join").open().name("info");
      clientInfo(push.getJoin().getInfo());
      out.close();
    }
    if (push.hasLeave()) {
      out.name("leave").open().name("info");
      clientInfo(push.getLeave().getInfo());
      out.close();
    }
    if (push.hasMessage()) {
      out.name("message").open().name("data").raw(push.getMessage().getData()).close();
    }
    if (push.hasUnsubscribe()) {
      out.name("unsubscribe")
          .open()
          .member("code", push.getUnsubscribe().getCode())
          .member("reason", push.getUnsubscribe().getReason())
          .close();
    }
    if (push.hasDisconnect()) {
      out.name("disconnect")
          .open()
          .member("code", push.getDisconnect().getCode())
          .member("reason", push.getDisconnect().getReason())
          .close();
    }
    out.close();
  }

  private void connect(ConnectResult result) {
    out.open()
        .member("client", result.getClient())
        .member("version", result.getVersion())
        .member("expires", result.getExpires())
        .member("ttl", Integer.toUnsignedLong(result.getTtl()));
    if (result.getSubsCount() > 0) {
      out.name("subs").open();
      result
          .getSubsMap()
          .forEach((channel, sub) -> {
            out.name(channel);
            subscribed(sub);
          });
      out.close();
    }
    out.member("ping", Integer.toUnsignedLong(result.getPing()))
        .member("pong", result.getPong())
        .member("session", result.getSession())
        .member("node", result.getNode())
        .close();
  }

  private void subscribed(SubscribeResult result) {
    out.open()
        .member("expires", result.getExpires())
        .member("ttl", Integer.toUnsignedLong(result.getTtl()))
        .member("recoverable", result.getRecoverable())
        .member("epoch", result.getEpoch());
    if (result.getPublicationsCount() > 0) {
      out.name("publications");
      publications(result.getPublicationsList());
    }
    out.member("recovered", result.getRecovered())
        .member("offset", result.getOffset())
        .member("positioned", result.getPositioned())
        .member("was_recovering", result.getWasRecovering())
        .close();
  }

  private void presence(PresenceResult result) {
    out.open().name("presence").open();
    result
        .getPresenceMap()
        .forEach((client, info) -> {
          out.name(client);
          clientInfo(info);
        });
    out.close().close();
  }

  private void history(HistoryResult result) {
    out.open().name("publications");
    publications(result.getPublicationsList());
    out.name("epoch").string(result.getEpoch()).name("offset").number(result.getOffset()).close();
  }

  private void publications(List<Publication> publications) {
    out.openArray();
    publications.forEach(this::publication);
    out.closeArray();
  }

  private void publication(Publication publication) {
    out.open().member("data", publication.getData());
    if (publication.hasInfo()) {
      out.name("info");
      clientInfo(publication.getInfo());
    }
    out.member("offset", publication.getOffset())
        .member("tags", publication.getTagsMap())
        .member("channel", publication.getChannel())
        .close();
  }

  private void clientInfo(ClientInfo info) {
    out.open()
        .name("user")
        .string(info.getUser())
        .name("client")
        .string(info.getClient())
        .member("conn_info", info.getConnInfo())
        .member("chan_info", info.getChanInfo())
        .close();
  }
}
