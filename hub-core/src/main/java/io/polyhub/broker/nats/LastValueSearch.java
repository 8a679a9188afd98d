package io.polyhub.broker.nats;

import com.google.protobuf.UnsafeByteOperations;
import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.NameOrder;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.nats.StreamGets.From;
import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Position;
import io.polyhub.channel.Publication;
import io.polyhub.channel.Rule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Looks for the last values of the channels that a filter matches. */
record LastValueSearch(ChannelFilter filter, int limit) {

  /** How many values are asked for at a time. */
  private static final int AT_A_TIME = 64;

  /** What was cleared or has expired for so long is removed when it is come across. */
  private static final Duration KEPT_CLEARED = Duration.ofHours(1);

  /** What every search needs. */
  record Tools(LogStreams logs, StreamGets gets, NatsLink link, InstantSource clock) {}

  /** Where a value lies. */
  private record Place(String stream, String subject) {}

  /** Searches. Blocks. */
  List<Publication> run(Tools tools) throws UnavailableException {
    List<Place> places = List.copyOf(places(tools).values());
    List<Publication> found = new ArrayList<>();
    for (int i = 0; i < places.size() && found.size() < limit; ) {
      int end = (int) Math.min(places.size(), i + (long) Math.min(AT_A_TIME, limit - found.size()));
      List<CompletableFuture<Optional<StoredMessage>>> answers = new ArrayList<>();
      for (Place place : places.subList(i, end)) {
        answers.add(tools.gets.last(place.stream, place.subject, From.LEADER));
      }
      for (CompletableFuture<Optional<StoredMessage>> answer : answers) {
        StoredMessage message = StreamGets.await(answer).orElse(null);
        if (message != null) {
          add(tools, places.get(i).stream, message, found);
        }
        i++;
      }
    }
    return List.copyOf(found);
  }

  private static void add(
      Tools tools, String stream, StoredMessage message, List<Publication> found) {
    Publication value =
        EnvelopeCodec.decode(UnsafeByteOperations.unsafeWrap(message.data())).orElse(null);
    if (value == null) {
      return;
    }
    Instant now = tools.clock.instant();
    if (value.payload().length > 0 && !value.expired(now)) {
      Position place = LastValues.place(message);
      found.add(place == null ? value : value.at(place));
      return;
    }
    long since = value.payload().length == 0 ? value.timeMillis() : value.expiresAtMillis();
    if (now.toEpochMilli() - since > KEPT_CLEARED.toMillis()) {
      // Whether it is removed now or another time does not matter to anybody.
      var _ =
          tools.link.request(
              "$JS.API.STREAM.MSG.DELETE." + stream,
              null,
              ("{\"seq\":" + message.sequence() + ",\"no_erase\":true}")
                  .getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The places of all channels that the filter matches and that may have a value, in order. */
  private Map<String, Place> places(Tools tools) throws UnavailableException {
    Map<String, Place> places = new TreeMap<>(NameOrder.BY_CODE_POINT);
    for (Rule rule : tools.logs.rules().overlapping(filter)) {
      String stream = tools.logs.subjects().valuesStream(rule.name());
      String prefix = tools.logs.subjects().valuesPrefix(rule.name());
      if (filter.exact()) {
        places.put(filter.text(), new Place(stream, prefix + Subjects.tokens(filter.text())));
        continue;
      }
      List<String> patterns =
          Subjects.patterns(filter).stream().map(pattern -> prefix + pattern).toList();
      for (String subject : tools.gets.counts(stream, patterns).keySet()) {
        String channel = Subjects.channel(subject.substring(prefix.length())).orElse(null);
        if (channel != null
            && filter.matches(channel)
            && tools.logs.rules().find(channel).filter(rule::equals).isPresent()) {
          places.put(channel, new Place(stream, subject));
        }
      }
    }
    return places;
  }
}
