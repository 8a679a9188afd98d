package io.polyhub.bench.target;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The subscribers that one event loop serves. All but {@link #write} is for the loop's own thread.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails ends the channel, which is told
final class BareLoop {

  private final EventLoop loop;
  private final Set<Channel> subscribers = new LinkedHashSet<>();
  private final Queue<ByteBuf> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean isToWrite = new AtomicBoolean();

  BareLoop(EventLoop loop) {
    this.loop = loop;
  }

  void add(Channel subscriber) {
    subscribers.add(subscriber);
  }

  void remove(Channel subscriber) {
    subscribers.remove(subscriber);
  }

  /** Has a frame written to all, with others that come meanwhile; takes it over. Any thread. */
  void write(ByteBuf frame) {
    waiting.add(frame);
    if (isToWrite.compareAndSet(false, true)) {
      loop.execute(this::writeWaiting);
    }
  }

  private void writeWaiting() {
    isToWrite.set(false);
    List<ByteBuf> frames = new ArrayList<>();
    for (ByteBuf frame = waiting.poll(); frame != null; frame = waiting.poll()) {
      frames.add(frame);
    }
    for (Channel subscriber : subscribers) {
      for (ByteBuf frame : frames) {
        subscriber.write(frame.retainedDuplicate(), subscriber.voidPromise());
      }
      subscriber.flush();
    }
    frames.forEach(ByteBuf::release);
  }
}
