package io.polyhub.broker.nats.values;

import com.google.protobuf.UnsafeByteOperations;
import io.polyhub.broker.EnvelopeCodec;
import io.polyhub.broker.NameOrder;
import io.polyhub.broker.UnavailableException;
import io.polyhub.broker.ValuesBasket;
import io.polyhub.broker.ValuesPage;
import io.polyhub.broker.ValuesQuery;
import io.polyhub.broker.nats.link.NatsLink;
import io.polyhub.broker.nats.link.Subjects;
import io.polyhub.broker.nats.stream.LogStreams;
import io.polyhub.broker.nats.stream.StoredMessage;
import io.polyhub.broker.nats.stream.StreamGets;
import io.polyhub.broker.nats.stream.StreamGets.From;
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
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Looks for the last values of the channels that a filter matches. */
record LastValueSearch(ValuesQuery query) {

  /** How many values are asked for at a time, first and at most: they may all be large. */
  private static final int AT_FIRST = 8;

  private static final int AT_A_TIME = 64;

  /** What was cleared or has expired for so long is removed when it is come across. */
  private static final Duration KEPT_CLEARED = Duration.ofHours(1);

  /** What every search needs. */
  record Tools(LogStreams logs, StreamGets gets, NatsLink link, InstantSource clock) {}

  /** Where a value is stored. */
  private record Place(String stream, String subject) {}

  /** Searches. Blocks. */
  ValuesPage run(Tools tools) throws UnavailableException {
    NavigableMap<String, Place> all = places(tools);
    String after = query.after();
    List<Place> places = List.copyOf((after == null ? all : all.tailMap(after, false)).values());
    ValuesBasket basket = new ValuesBasket(query);
    int atATime = AT_FIRST;
    for (int i = 0; i < places.size() && !basket.isFull(); ) {
      int end = Math.min(places.size(), i + atATime);
      List<CompletableFuture<Optional<StoredMessage>>> answers = new ArrayList<>();
      for (Place place : places.subList(i, end)) {
        answers.add(tools.gets.last(place.stream, place.subject, From.LEADER));
      }
      for (CompletableFuture<Optional<StoredMessage>> answer : answers) {
        StoredMessage message = StreamGets.await(answer).orElse(null);
        if (message != null && !basket.isFull()) {
          add(tools, places.get(i).stream, message, basket);
        }
        i++;
      }
      atATime = Math.min(AT_A_TIME, atATime * 2);
    }
    return basket.page();
  }

  private static void add(Tools tools, String stream, StoredMessage message, ValuesBasket basket) {
    Publication value =
        EnvelopeCodec.decode(UnsafeByteOperations.unsafeWrap(message.data())).orElse(null);
    if (value == null) {
      return;
    }
    Instant now = tools.clock.instant();
    if (value.payload().length > 0 && !value.expired(now)) {
      Position place = LastValues.place(message);
      var _ = basket.take(place == null ? value : value.at(place));
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
  private NavigableMap<String, Place> places(Tools tools) throws UnavailableException {
    ChannelFilter filter = query.filter();
    NavigableMap<String, Place> places = new TreeMap<>(NameOrder.BY_CODE_POINT);
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
