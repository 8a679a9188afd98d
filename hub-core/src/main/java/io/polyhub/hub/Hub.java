package io.polyhub.hub;

import io.polyhub.broker.Nodes;
import io.polyhub.channel.Cursor;
import io.polyhub.channel.Publisher;
import io.polyhub.records.Records;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The hub, as an adapter sees it: the one way in for clients of every protocol.
 *
 * <p>Expected refusals are values ({@link Outcome}); an exception from here means a programmer's
 * mistake. Safe for any thread.
 */
public interface Hub {

  /**
   * Makes a lane of a thread that the adapter owns, such as a Netty event loop. Each such thread is
   * given once, at start-up; a lane lives as long as the hub.
   *
   * @param name names the lane in metrics and logs
   * @param executor runs tasks one at a time, in order, on the one thread of the lane
   * @param inLane tells whether the calling thread is the lane's
   */
  Lane lane(String name, ScheduledExecutorService executor, BooleanSupplier inLane);

  /**
   * Returns one of the hub's own lanes, for a client whose transport has no thread of its own
   * (gRPC, SSE, HTTP requests). They are given out in turn.
   */
  Lane ownLane();

  /** The hub's bounds, of which adapters honour those that concern reading from their clients. */
  Limits limits();

  /**
   * Durable records of that name, for what an adapter keeps beyond a session.
   *
   * @param name lower-case letters and dashes; one adapter uses one name
   */
  Records records(String name);

  /**
   * The same place in the terms of now, for who compares a cursor that a client gave, or that was
   * kept over a restart, with positions of now. A place that no log goes on from stays as it is.
   */
  Cursor renewed(Cursor cursor);

  /** The nodes that serve the same channels, for what doors of several nodes have to agree on. */
  Nodes nodes();

  /**
   * Tells which client certificates are no longer to be believed, in place of what that door told
   * before. Clients that show one are refused from now on, and sessions of any door that were
   * admitted by one end with {@link CloseReason#REVOKED}. Any thread.
   *
   * @param door who tells
   * @param listed whether a certificate is one of them; called on any thread
   */
  void refuseCertificates(String door, Predicate<X509Certificate> listed);

  /**
   * Admits a client or refuses it. Any thread.
   *
   * <p>The stage completes on the lane, never exceptionally, within the authenticator's limit of
   * time. Once it holds a session, the downlink may be called, on that lane, until the session is
   * closed; the adapter must then end it with {@link Session#close} exactly once the client is
   * gone, whatever the cause.
   *
   * @param hello who comes and what it shows
   * @param lane the thread on which all work for the session happens
   * @param downlink the way to the client
   */
  CompletionStage<Outcome<Session>> admit(Hello hello, Lane lane, Downlink downlink);

  /**
   * Publishes in the name of a session that has closed, with what its identity was allowed: for a
   * last will. Any thread. The stage completes in the session's lane, never exceptionally.
   */
  CompletionStage<Outcome<Published>> publishFor(Session closed, PublishRequest request);

  /**
   * Publishes in the name of somebody whose leave to do so was asked for before ({@link
   * Session#mayPublish}) and is not checked again: for the last will of a client whose node is
   * gone. Any thread. The stage completes on any thread, which must not be held up, and never
   * exceptionally.
   */
  CompletionStage<Outcome<Published>> publishFor(Publisher publisher, PublishRequest request);
}
