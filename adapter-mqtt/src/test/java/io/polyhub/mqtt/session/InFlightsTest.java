package io.polyhub.mqtt.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class InFlightsTest {

  private final InFlights inFlights = new InFlights();

  private List<Integer> ids() {
    List<Integer> ids = new ArrayList<>();
    inFlights.forEach(each -> ids.add(each.packetId));
    return ids;
  }

  @Test
  void they_stay_in_the_order_in_which_they_were_sent() {
    for (int id : new int[] {65_535, 1, 9, 5, 2}) {
      inFlights.add(InFlight.released(id));
    }
    inFlights.remove(9);
    inFlights.remove(65_535);
    inFlights.add(InFlight.released(9));
    assertThat(ids()).containsExactly(1, 5, 2, 9);
    assertThat(inFlights.get(65_535)).isNull();
  }

  @Test
  void one_that_is_not_there_is_not_removed() {
    inFlights.remove(7);
    inFlights.add(InFlight.released(7));
    inFlights.remove(8);
    assertThat(ids()).containsExactly(7);
  }

  @Test
  void it_does_what_a_map_does_whatever_the_identifiers() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<Integer, InFlight> model = new LinkedHashMap<>();
    for (int step = 0; step < 200_000; step++) {
      int id = 1 + random.nextInt(20) * 16 + random.nextInt(3);
      if (random.nextInt(64) == 0) {
        List.copyOf(model.keySet()).forEach(inFlights::remove);
        model.clear();
      } else if (model.containsKey(id)) {
        inFlights.remove(id);
        model.remove(id);
      } else {
        InFlight sent = InFlight.released(id);
        inFlights.add(sent);
        model.put(id, sent);
      }
      assertThat(inFlights.size()).as("seed %d", seed).isEqualTo(model.size());
      int asked = 1 + random.nextInt(20) * 16 + random.nextInt(3);
      assertThat(inFlights.get(asked)).as("seed %d", seed).isSameAs(model.get(asked));
    }
    assertThat(ids()).as("seed %d", seed).containsExactlyElementsOf(model.keySet());
  }
}
