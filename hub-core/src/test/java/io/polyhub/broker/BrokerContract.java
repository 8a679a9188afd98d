package io.polyhub.broker;

/**
 * Everything that {@link Broker} promises, as tests. A test class of a broker implements this and
 * {@link WithBroker#open}; it runs once for each guarantee.
 */
public interface BrokerContract
    extends AppendContract,
        SpliceContract,
        ReadContract,
        TopContract,
        RetentionContract,
        LastValueContract,
        IdempotencyContract,
        PresenceContract,
        RecordsContract {}
