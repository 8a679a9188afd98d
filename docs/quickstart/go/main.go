// Subscribes to the channel `news` over WebSocket, publishes there once a second, and prints what comes.
// go run .
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/centrifugal/centrifuge-go"
)

func main() {
	url := os.Getenv("POLYHUB_WEBSOCKET")
	if url == "" {
		url = "ws://127.0.0.1:8000/connection/websocket"
	}
	// No token is needed while no authentication is configured.
	client := centrifuge.NewJsonClient(url, centrifuge.Config{Token: os.Getenv("POLYHUB_TOKEN")})
	defer client.Close()
	client.OnDisconnected(func(e centrifuge.DisconnectedEvent) {
		log.Printf("disconnected: %d %s", e.Code, e.Reason)
	})

	// Recoverable: after a lost connection the SDK goes on behind the last publication that it got.
	news, err := client.NewSubscription("news", centrifuge.SubscriptionConfig{Recoverable: true})
	if err != nil {
		log.Fatal(err)
	}
	news.OnSubscribed(func(e centrifuge.SubscribedEvent) { log.Printf("subscribed, recovered: %v", e.Recovered) })
	news.OnPublication(func(e centrifuge.PublicationEvent) { fmt.Println(string(e.Data)) })
	news.OnError(func(e centrifuge.SubscriptionErrorEvent) { log.Print(e.Error) })
	if err := news.Subscribe(); err != nil {
		log.Fatal(err)
	}
	if err := client.Connect(); err != nil {
		log.Fatal(err)
	}
	for count := 1; ; count++ {
		data := fmt.Sprintf(`{"from":"go","count":%d}`, count)
		// Once this returns without an error, the server keeps the publication.
		if _, err := news.Publish(context.Background(), []byte(data)); err != nil {
			log.Printf("not published: %v", err)
		}
		time.Sleep(time.Second)
	}
}
