package io.polyhub.conformance.faults;

import io.polyhub.bench.Waiting;
import io.polyhub.conformance.DoorKind;
import io.polyhub.conformance.Doors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The clients of all doors that live through the faults: those that publish, those that subscribe,
 * those that are just there; most of them through the load balancer, one publisher and one
 * subscriber at each hub.
 */
final class Load implements AutoCloseable {

  private static final List<DoorKind> PUBLISHING =
      List.of(
          DoorKind.WEBSOCKET_JSON,
          DoorKind.WEBSOCKET_PROTOBUF_STOCK,
          DoorKind.MQTT_3_QOS_1,
          DoorKind.MQTT_5_QOS_1,
          DoorKind.GRAPHQL_WEBSOCKET,
          DoorKind.GRPC);

  private static final List<DoorKind> FOLLOWING =
      List.of(
          DoorKind.WEBSOCKET_JSON,
          DoorKind.WEBSOCKET_PROTOBUF,
          DoorKind.WEBSOCKET_PROTOBUF_STOCK,
          DoorKind.GRAPHQL_WEBSOCKET,
          DoorKind.GRPC);

  private static final List<DoorKind> ATTENDING =
      List.of(DoorKind.WEBSOCKET_PROTOBUF, DoorKind.GRPC, DoorKind.WEBSOCKET_JSON, DoorKind.GRPC);

  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final List<DoorPublisher> publishers = new ArrayList<>();
  private final List<DoorPublisher> atHubs = new ArrayList<>();
  private final List<DoorFollower> followersAtHubs = new ArrayList<>();
  private final List<Listening> followers = new ArrayList<>();
  private final List<Attendant> attendants = new ArrayList<>();

  private Load() {}

  /**
   * Starts all clients and waits until all are subscribed.
   *
   * @param pace how long each publisher waits between two publications
   */
  static Load start(Hubs hubs, Duration pace, RandomGenerator random) {
    Load load = new Load();
    load.add(hubs, pace, random);
    Waiting.until(
        "all are subscribed",
        START_LIMIT,
        () ->
            load.followers.stream().allMatch(Listening::isSubscribed)
                && load.attendants.stream().noneMatch(one -> one.session().isEmpty()));
    return load;
  }

  private void add(Hubs hubs, Duration pace, RandomGenerator random) {
    Doors doors = hubs.doors();
    for (DoorKind kind : PUBLISHING) {
      publishers.add(publisher(name(kind), kind, doors, pace, random));
    }
    for (int i = 0; i < hubs.count(); i++) {
      atHubs.add(publisher("hub-" + i, DoorKind.GRPC, hubs.doors(i), pace, random));
    }
    publishers.addAll(atHubs);
    List<String> names = publishers.stream().map(DoorPublisher::name).toList();
    for (int i = 0; i < hubs.count(); i++) {
      followersAtHubs.add(
          new DoorFollower("at hub " + i, DoorKind.GRPC, hubs.doors(i), names, split(random)));
    }
    List<DoorFollower> doorFollowers = new ArrayList<>(followersAtHubs);
    for (DoorKind kind : FOLLOWING) {
      doorFollowers.add(new DoorFollower(kind.name(), kind, doors, names, split(random)));
    }
    for (DoorKind kind : ATTENDING) {
      attendants.add(new Attendant(kind, doors, split(random)));
    }
    followers.addAll(doorFollowers);
    followers.add(PahoFollower3.start(doors));
    followers.add(PahoFollower5.start(doors));
    doorFollowers.forEach(Comeback::start);
    attendants.forEach(Comeback::start);
    publishers.forEach(Comeback::start);
  }

  private static DoorPublisher publisher(
      String name, DoorKind kind, Doors doors, Duration pace, RandomGenerator random) {
    return new DoorPublisher(name, DoorPublisher.channel(name), kind, doors, pace, split(random));
  }

  private static RandomGenerator split(RandomGenerator random) {
    return new Random(random.nextLong());
  }

  private static String name(DoorKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  List<DoorPublisher> publishers() {
    return publishers;
  }

  List<Listening> followers() {
    return followers;
  }

  void go() {
    publishers.forEach(DoorPublisher::go);
  }

  void halt() {
    publishers.forEach(DoorPublisher::halt);
  }

  long acknowledged() {
    return publishers.stream().mapToLong(one -> one.ledger().acknowledgedCount()).sum();
  }

  /** The sessions of those who are just there. */
  Set<String> present() {
    return attendants.stream()
        .map(Attendant::session)
        .filter(session -> !session.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  boolean areAllPresent() {
    return attendants.stream().noneMatch(one -> one.session().isEmpty());
  }

  /** How many publications each publisher at a hub has begun by now. */
  List<Long> begunAtHubs() {
    return atHubs.stream().map(one -> one.ledger().attempted()).toList();
  }

  /**
   * Whether of each of those hubs a publication that was begun since is acknowledged, and has
   * arrived at each other of them.
   *
   * @param begun what {@link #begunAtHubs} said then
   */
  boolean crosses(List<Long> begun, Set<Integer> hubs) {
    for (int from : hubs) {
      DoorPublisher publisher = atHubs.get(from);
      long since = begun.get(from);
      if (publisher.ledger().lastAcknowledged() <= since) {
        return false;
      }
      for (int to : hubs) {
        if (followersAtHubs.get(to).journal().greatest(publisher.name()) <= since) {
          return false;
        }
      }
    }
    return true;
  }

  /** How all stand, in words, for when they do not come to an end. */
  String state() {
    return Stream.concat(
            publishers.stream().map(DoorPublisher::state), followers.stream().map(Listening::state))
        .collect(Collectors.joining("\n  ", "\n  ", ""));
  }

  @Override
  public void close() {
    publishers.forEach(Comeback::close);
    attendants.forEach(Comeback::close);
    followers.forEach(Listening::close);
  }
}
