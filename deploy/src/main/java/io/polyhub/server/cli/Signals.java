package io.polyhub.server.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the operating system to ask for the end. The first SIGTERM or SIGINT begins an orderly
 * end; a second one, or the end's limit, ends the process at once. A shutdown hook could do
 * neither: it does not hear of the second, and cannot choose the exit code.
 */
final class Signals {

  private static final Logger log = LoggerFactory.getLogger(Signals.class);

  /** What a shell tells of a process that a signal ended: 128 and the signal's number. */
  private static final int KILLED = 128;

  private final CountDownLatch asked = new CountDownLatch(1);

  private Signals() {}

  /** Takes the signals over. */
  static Signals takeOver() {
    Signals signals = new Signals();
    signals.handle("TERM", 15);
    signals.handle("INT", 2);
    return signals;
  }

  /**
   * Asks for a signal by the JDK's {@code sun.misc.Signal}, its only way. By handle, since a direct
   * call brings a compiler warning that cannot be allowed.
   */
  private void handle(String name, int number) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Runnable heard = () -> heard(name, number);
      MethodHandle run =
          lookup
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(heard);
      Object proxy =
          MethodHandleProxies.asInterfaceInstance(
              handler, MethodHandles.dropArguments(run, 0, signal));
      Object named =
          lookup
              .findConstructor(signal, MethodType.methodType(void.class, String.class))
              .invoke(name);
      Object before =
          lookup
              .findStatic(signal, "handle", MethodType.methodType(handler, signal, handler))
              .invoke(named, proxy);
      log.trace("SIG{} was handled by {}", name, before);
    } catch (Throwable e) {
      throw new IllegalStateException("cannot hear SIG" + name, e);
    }
  }

  private void heard(String name, int number) {
    if (asked.getCount() == 0) {
      Runtime.getRuntime().halt(KILLED + number);
    }
    log.info("asked to end by SIG{}", name);
    asked.countDown();
  }

  /** Blocks until the first signal. */
  void await() throws InterruptedException {
    asked.await();
  }

  /** Ends the process if it is still there after that time. */
  static void endAfter(Duration limit) {
    Thread.ofPlatform()
        .daemon()
        .name("polyhub-shutdown-limit")
        .start(() -> {
          try {
            TimeUnit.NANOSECONDS.sleep(limit.toNanos());
            log.error("not down after {}: ending at once", limit);
            Runtime.getRuntime().halt(ExitCode.REFUSED);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }
}
