package io.polyhub.server.cli;

import io.polyhub.door.Listener;
import io.polyhub.server.config.AdminConfig;
import io.polyhub.server.config.ConfigException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    description = {
      "Ask the admin port of the server on this machine whether it is well, for health checks of"
          + " containers and scripts.",
      "Which port that is, the same configuration says that the server was started with."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:well",
      "1:not ready, or with --live not well",
      "2:the command line is wrong",
      "3:the configuration is wrong, or has no admin port",
      "5:no server there"
    })
final class HealthCommand implements Callable<Integer> {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @Option(names = "--live", description = "Whether the process answers, ready for clients or not.")
  private boolean live;

  @Mixin private final ConfigOptions config = new ConfigOptions();

  private final Terminal terminal;

  HealthCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws CommandFailure, ConfigException {
    AdminConfig admin = config.load(terminal.environment()).config().admin();
    if (!admin.enabled() || admin.port() == 0) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          "There is no admin port to ask: set admin.enabled, and admin.port to a number.");
    }
    String address = address(admin);
    int status = status(address);
    boolean well = status == HttpURLConnection.HTTP_OK;
    terminal.out().println(well ? (live ? "live" : "ready") : "not ready");
    return well ? ExitCode.OK : ExitCode.REFUSED;
  }

  private int status(String address) throws CommandFailure {
    URI asked = URI.create("http://" + address + (live ? "/health/live" : "/health/ready"));
    try {
      HttpURLConnection connection =
          (HttpURLConnection) asked.toURL().openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout((int) TIMEOUT.toMillis());
      connection.setReadTimeout((int) TIMEOUT.toMillis());
      return connection.getResponseCode();
    } catch (IOException unreachable) {
      throw new CommandFailure(
          ExitCode.NOT_REACHED, "No Polyhub answers at " + address + ": is it running?");
    }
  }

  /** Where it is reached from this machine: by loopback, if it listens everywhere. */
  private static String address(AdminConfig admin) throws CommandFailure {
    try {
      InetAddress bound = InetAddress.getByName(admin.bind());
      String host =
          bound.isAnyLocalAddress()
              ? InetAddress.getLoopbackAddress().getHostAddress()
              : bound.getHostAddress();
      return Listener.address(host, admin.port());
    } catch (IOException unknown) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, "admin.bind: " + admin.bind() + " is no address.");
    }
  }
}
