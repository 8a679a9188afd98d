package io.polyhub.broker;

import io.polyhub.channel.ChannelFilter;
import io.polyhub.channel.Member;
import io.polyhub.channel.Publication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Keeps what a broker tells, and lets tests wait for it. */
public final class ToldListener implements Broker.Listener {

  private final List<Publication> publications = new ArrayList<>();
  private final List<String> comings = new ArrayList<>();
  private int gaps;
  private int tellers;
  private boolean overlapped;
  private volatile Consumer<Publication> onEach = publication -> {};

  /** Has each publication looked at while it is told. */
  public void onEach(Consumer<Publication> look) {
    onEach = look;
  }

  @Override
  public void onPublication(Publication publication) {
    synchronized (this) {
      overlapped |= tellers++ > 0 && publication.position() != null;
    }
    onEach.accept(publication);
    synchronized (this) {
      publications.add(publication);
      tellers--;
      notifyAll();
    }
  }

  @Override
  public synchronized void onJoin(String channel, Member member) {
    comings.add("+" + channel + " " + member.session());
    notifyAll();
  }

  @Override
  public synchronized void onLeave(String channel, Member member) {
    comings.add("-" + channel + " " + member.session());
    notifyAll();
  }

  @Override
  public synchronized void onGap(ChannelFilter filter) {
    gaps++;
    notifyAll();
  }

  public synchronized List<Publication> publications() {
    return List.copyOf(publications);
  }

  public synchronized List<String> comings() {
    return List.copyOf(comings);
  }

  public synchronized int gaps() {
    return gaps;
  }

  /** Whether two threads told at a time. */
  public synchronized boolean overlapped() {
    return overlapped;
  }

  /** Waits until so many publications were told. */
  public List<Publication> awaitPublications(int count) throws Exception {
    await(told -> told.publications.size() >= count);
    return publications();
  }

  /** Waits until so many joins and leaves were told. */
  public List<String> awaitComings(int count) throws Exception {
    await(told -> told.comings.size() >= count);
    return comings();
  }

  /** Waits until it was told of a gap. */
  public void awaitGap() throws Exception {
    await(told -> told.gaps > 0);
  }

  private synchronized void await(Predicate<ToldListener> fact) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!fact.test(this)) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      if (left <= 0) {
        throw new TimeoutException(
            "told: " + publications.size() + " publications, " + comings.size() + " comings");
      }
      wait(left);
    }
  }
}
