package io.polyhub.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyhub.net.AddressGate.Admission;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AddressGateTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong nanos = new AtomicLong(-5);

  private AddressGate gate(PerAddress bounds) {
    return new AddressGate(bounds, "clients", nanos::get, registry);
  }

  private double gauge() {
    return registry.get("polyhub.addresses.counted").gauge().value();
  }

  private static InetAddress at(String address) {
    return Addresses.parse(address).orElseThrow();
  }

  private static Lease lease(Admission admission) {
    assertThat(admission).isInstanceOf(Admission.Admitted.class);
    return ((Admission.Admitted) admission).lease();
  }

  @Test
  void an_address_has_so_many_connections_and_another_has_its_own() {
    AddressGate gate = gate(new PerAddress(2, null, 32, 64, 10));
    Lease first = lease(gate.admit(at("192.0.2.1")));
    lease(gate.admit(at("192.0.2.1")));

    assertThat(gate.admit(at("192.0.2.1"))).isEqualTo(Admission.Refused.CONNECTIONS);
    lease(gate.admit(at("192.0.2.2")));
    first.close();
    first.close();
    lease(gate.admit(at("192.0.2.1")));
    assertThat(gate.admit(at("192.0.2.1"))).isEqualTo(Admission.Refused.CONNECTIONS);
  }

  @Test
  void addresses_with_the_same_prefix_count_as_one() {
    AddressGate gate = gate(new PerAddress(1, null, 24, 64, 10));

    lease(gate.admit(at("192.0.2.1")));
    assertThat(gate.admit(at("192.0.2.254"))).isEqualTo(Admission.Refused.CONNECTIONS);
    lease(gate.admit(at("192.0.3.1")));
    lease(gate.admit(at("2001:db8:0:1::1")));
    assertThat(gate.admit(at("2001:db8:0:1:ffff::2"))).isEqualTo(Admission.Refused.CONNECTIONS);
    lease(gate.admit(at("2001:db8:0:2::1")));
  }

  @Test
  void an_ipv4_address_in_the_form_of_ipv6_is_the_same_address() {
    AddressGate gate = gate(new PerAddress(1, null, 32, 64, 10));

    lease(gate.admit(at("192.0.2.1")));
    assertThat(gate.admit(at("::ffff:192.0.2.1"))).isEqualTo(Admission.Refused.CONNECTIONS);
  }

  @Test
  void an_address_may_connect_so_often_a_second_however_soon_it_leaves() {
    AddressGate gate = gate(new PerAddress(null, 3, 32, 64, 10));
    for (int i = 0; i < 3; i++) {
      lease(gate.admit(at("192.0.2.1"))).close();
    }

    assertThat(gate.admit(at("192.0.2.1"))).isEqualTo(Admission.Refused.RATE);
    nanos.addAndGet(400_000_000L);
    lease(gate.admit(at("192.0.2.1")));
    assertThat(gate.admit(at("192.0.2.1"))).isEqualTo(Admission.Refused.RATE);
  }

  @Test
  void an_address_without_connections_is_forgotten() {
    AddressGate gate = gate(new PerAddress(5, null, 32, 64, 10));
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      leases.add(lease(gate.admit(at("192.0.2." + i))));
    }

    assertThat(gauge()).isEqualTo(5);
    leases.forEach(Lease::close);
    assertThat(gauge()).isZero();
  }

  @Test
  void beyond_the_most_addresses_new_ones_come_in_uncounted() {
    AddressGate gate = gate(new PerAddress(1, null, 32, 64, 2));
    Lease first = lease(gate.admit(at("192.0.2.1")));
    lease(gate.admit(at("192.0.2.2")));

    assertThat(lease(gate.admit(at("192.0.2.3")))).isSameAs(Lease.NONE);
    lease(gate.admit(at("192.0.2.3")));
    assertThat(gate.admit(at("192.0.2.2"))).isEqualTo(Admission.Refused.CONNECTIONS);
    assertThat(gauge()).isEqualTo(2);
    assertThat(registry.get("polyhub.addresses.uncounted").counter().count()).isEqualTo(2);
    first.close();
    lease(gate.admit(at("192.0.2.3")));
    assertThat(gate.admit(at("192.0.2.3"))).isEqualTo(Admission.Refused.CONNECTIONS);
  }

  @Test
  void addresses_that_only_their_rate_kept_make_room_for_others() {
    AddressGate gate = gate(new PerAddress(null, 1, 32, 64, 2));
    lease(gate.admit(at("192.0.2.1"))).close();
    lease(gate.admit(at("192.0.2.2"))).close();
    assertThat(gauge()).isEqualTo(2);

    nanos.addAndGet(2_000_000_000L);
    lease(gate.admit(at("192.0.2.3"))).close();

    assertThat(gauge()).isEqualTo(1);
    assertThat(gate.admit(at("192.0.2.3"))).isEqualTo(Admission.Refused.RATE);
  }

  @Test
  void without_bounds_nothing_is_counted() {
    AddressGate gate = gate(PerAddress.NONE);

    assertThat(lease(gate.admit(at("192.0.2.1")))).isSameAs(Lease.NONE);
    assertThat(gauge()).isZero();
  }
}
